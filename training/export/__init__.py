"""Writes trained checkpoints as GGUF files, which is all that serving ever sees of training."""
