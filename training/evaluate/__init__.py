"""Evaluates the shipped models end to end: the graph that users run, with a scripted approver.

    python -m training.evaluate everyday|music|routing|limits [--report docs/evals]
    python -m training.evaluate sysadmin|composer|router [--report docs/evals]

Each request is a conversation of its own. A command that needs approval is approved, since the
evaluation's sandbox holds nothing but its own fixtures. Accuracy comes with its Wilson interval.
"""
