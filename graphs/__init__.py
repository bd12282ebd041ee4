"""The assistant: one LangGraph graph from request to answer, with approvals and a journal."""
