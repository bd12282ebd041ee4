"""How the shipped models are made: rows, tokenizer, training, evaluation, export."""
