"""An index of music21's corpus, made on the person's own machine, and questions to it.

`place` finds the scores, `worker` reads them in a process of its own, `index` keeps what it found,
`search` answers, `excerpt` gives bars back. Only `reading` imports music21.
"""
