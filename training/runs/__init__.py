"""Training runs: a recipe, a folder, a state that every program reads the same way.

    runs = Runs()
    run = runs.start(Recipe.load(path))   # refused here where it cannot work on this machine
    run = runs.execute(run)               # blocks; a killed run goes on from its checkpoint

A run's folder is `$MICA_HOME/training/runs/<id>/` with `recipe.yaml`, `state.json`, `log.txt`,
`metrics.jsonl` and, at the end, `adapter.gguf`. The work is done by a process of the training
environment; nothing here needs torch.
"""
