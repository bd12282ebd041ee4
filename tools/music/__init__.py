"""Music theory as tables and pure functions, with notation and sound for what comes of it."""
