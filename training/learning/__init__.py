"""What a dataset of corrections teaches: documents to look up, and rows for the adapter."""
