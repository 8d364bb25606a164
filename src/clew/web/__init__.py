"""Pages for officers' browsers: thin, they call the layers below."""
