"""Ask Mica from Python: `python examples/hello.py "which files in /etc are the largest"`."""

import sys
import uuid

from graphs.build import build_assistant
from graphs.events import ApprovalNeeded, Failed, Resume, TextDelta, ToolStarted

request = " ".join(sys.argv[1:]) or "what notes are in an E flat minor seventh"
mica = build_assistant()
conversation = uuid.uuid4().hex
events = mica.stream(conversation, request)
while events:
    following = None
    for event in events:
        if isinstance(event, TextDelta):
            print(event.text, end="", flush=True)
        elif isinstance(event, ToolStarted):
            print(f"[{event.call.name} {dict(event.call.arguments)}]")
        elif isinstance(event, ApprovalNeeded):
            yes = input(f"Run {event.call.arguments['command']!r}? [y/n] ").startswith("y")
            following = mica.resume(conversation, Resume("approve" if yes else "reject"))
        elif isinstance(event, Failed):
            print(event.error)
    events = following
print()
mica.close()
