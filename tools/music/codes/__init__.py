"""Codes for composition software: read, checked, written and converted, one file a format."""
