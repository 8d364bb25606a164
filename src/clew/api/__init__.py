"""The REST interface: thin over intake and casework, described at ``/api/docs``."""
