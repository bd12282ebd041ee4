"""Fills a music tool's arguments with what a request names, by readers and not by a model.

Each argument of a tool has a reader that finds its value in the words of a request: the key
behind "in", the tempo before "bpm", the grid of drums, the code. What the readers found says
also how well a tool goes with a request: all that it needs is there, and nothing is left over.
"""
