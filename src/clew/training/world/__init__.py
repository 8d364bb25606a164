"""The world: a made-up case load of rooms, cameras, sounds and copies, with every answer known."""
