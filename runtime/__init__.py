"""Everything that runs a model: the engine, chat formats, values, the registry."""
