"""The models on this machine: those shipped in `weights/` and those pulled from a hub."""
