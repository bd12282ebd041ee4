"""Approve, edit or reject a command over the API: `python examples/approve.py "delete x.log"`.

The server is at MICA_URL (default http://127.0.0.1:8000/v1); docs/api.md explains each step.
"""

import os
import sys

from openai import OpenAI

client = OpenAI(base_url=os.environ.get("MICA_URL", "http://127.0.0.1:8000/v1"), api_key="none")
request = " ".join(sys.argv[1:]) or "delete every .log file in /srv/app"
messages = [{"role": "user", "content": request}]
completion = client.chat.completions.create(model="mica", messages=messages)

while completion.choices[0].finish_reason == "tool_calls":
    message = completion.choices[0].message
    approval = completion.mica["approval"]
    print(f"{approval['summary']}\n\n    {approval['command']}\n")
    print("Why it asks:", "; ".join(approval["reasons"]))
    decision = input("approve, edit: COMMAND, or reject: REASON? ")
    messages.append(message.model_dump(exclude_none=True))
    call = message.tool_calls[0].id
    messages.append({"role": "tool", "tool_call_id": call, "content": decision})
    completion = client.chat.completions.create(model="mica", messages=messages)

for step in completion.mica["steps"]:
    print(f"[{step['tool']} {step['arguments']}: {step['status']}]")
print(completion.choices[0].message.content)
