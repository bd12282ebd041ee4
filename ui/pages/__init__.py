"""Pages that the server writes itself, beside the chat: plain HTML that works without a script."""
