"""What the app holds while it runs: state, access to the engine, one object per process."""
