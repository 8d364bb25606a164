"""Backups: a workspace's database and vault in a folder, and a new workspace from one.

A backup folder holds one complete backup. What is the same in the next one is not copied again:

    manifest.json           which generation counts; put in its place last, in one step
    generation-…/           the database's dump (encrypted), wrapped keys, tombstones, checksums
    objects/…               ciphertexts, shared by generations: they never change

The key-encryption key is not in it, and nothing in it can be read without.
"""

from clew.backup.errors import BackupError
from clew.backup.making import Made, back_up
from clew.backup.restoring import Restored, restore

__all__ = ["BackupError", "Made", "Restored", "back_up", "restore"]
