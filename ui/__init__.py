"""What people see: the chat page, the HTTP API, the command line."""
