"""The learning loop: feedback in, a build that passed the gate out, each stage kept on the disk.

`loop.run` goes through dataset, lessons, training, registration, gate and decision; a loop that was
killed goes on at the stage where it was.
"""
