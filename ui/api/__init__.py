"""The OpenAI-compatible API over the assistant; `docs/api.md` describes it for its users."""
