"""The tool `bash` and the policy that judges its commands."""
