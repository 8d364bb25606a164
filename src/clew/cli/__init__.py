"""The command line: thin, it calls the layers below."""
