"""What a request means behind the turn, or the part, before it: words in, a request in full out.

`leaning` is the door: it says how a request or a later part reads in full. The others read one
kind of thing each, from the words and from what was printed before.
"""
