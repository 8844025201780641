"""What the commands do, one module each, imported only by the command that is called."""
