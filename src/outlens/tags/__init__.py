"""Tags as a log of events: kept on disk, undone, merged between people."""
