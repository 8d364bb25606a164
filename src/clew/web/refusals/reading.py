"""What is said of files that were read, in part or not at all, and of decoding as such."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

READING: tuple[str, ...] = (
    _("a decoding process did not start: %(why)s."),
    _("a decoding process did not start: %(why)s. Run `clew doctor` to see what is missing."),
    _("it ended"),
    _("tried %(number)s times, the last time: %(why)s"),
    _("no picture decoder recognises the content"),
    _("the picture's header is damaged (%(error)s)"),
    _("the picture is damaged (%(error)s)"),
    _("the picture is damaged and nothing of it decodes (%(error)s)"),
    _(
        "the picture claims to be %(width)s × %(height)s pixels, more than the limit of %(most)s "
        "megapixels"
    ),
    _("page %(page)s: %(why)s"),
    _("page %(page)s is damaged (%(error)s)"),
    _("%(count)s of %(all)s pages read (limit)"),
    _("only the first %(count)s frames read (limit)"),
    _("the animation is damaged (%(error)s)"),
    _("damaged from %(time)s s on (%(error)s)"),
    _("partly read: %(error)s"),
    _("the film cannot be opened (%(error)s)"),
    _("the file holds neither film nor sound"),
    _("the sound cannot be decoded (%(error)s)"),
    _("partly read: the sound is damaged (%(error)s)"),
    _("the sound track is empty"),
    _("the film holds not one picture that can be decoded"),
    _("partly read: a further picture stream (%(name)s) was not read"),
    _("only the first %(time)s s read (limit on frames)"),
    _("only the first %(time)s s read (time limit)"),
    _("only the first %(time)s s are kept (limit)"),
    _("only the first %(time)s s heard (limit)"),
    _("only the first %(time)s s heard (time limit)"),
    _("only the first %(count)s of %(all)s sound tracks heard"),
    _("partly read: %(time)s of %(claimed)s s decode"),
    _("partly read: %(time)s of %(claimed)s s have a picture (cut off, or sound alone)"),
    _("partly read: broken after %(time)s s (%(error)s)"),
    _("partly heard: broken after %(time)s s (%(error)s)"),
    _("%(count)s damaged parts stepped over"),
    _("%(count)s damaged parts of the sound stepped over"),
    _("it begins like a film or sound but is damaged or cut off"),
    _("no film or sound decoder recognises the content"),
    _("the sound could not be read (%(why)s)"),
    _(
        "the film's index (moov) is missing: the recording broke off before it was written. "
        "Pictures and sound are still in the file; keep it, a tool that repairs films can read "
        "them with the index of another film from the same camera and settings"
    ),
    _("more than %(most)s files inside; the rest was not read"),
    _("it unpacks to far more than its size (a decompression bomb?); the rest was not read"),
    _("the archive is damaged (%(error)s)"),
    _("the archive is damaged; what comes after was not read"),
    _("archives nested more than %(most)s deep are not opened"),
    _("damaged inside the archive"),
    _("damaged inside the archive (%(error)s)"),
    _("encrypted: needs a password"),
    _("cut off inside the archive"),
    _("not read: what is wrong before it in the archive stopped the reading"),
    _("packed by a method that is not known"),
    _("unpacking it needs more memory than the limit allows"),
    _(
        "%(size)s MiB packed inside an archive, more than the %(most)s MiB that are unpacked in "
        "memory; unpack it and scan it as a file"
    ),
    _("a link or device inside the archive, not a file"),
    _("the file is empty"),
    _(
        "its name says picture, film or sound, its content is neither (encrypted, overwritten or "
        "renamed?)"
    ),
    _("reading it needs more memory than the limit allows"),
    _("the decoder gave up on it (%(error)s)"),
    _("the decoder crashed on it (%(error)s)"),
    _("the decoding process was killed (out of memory?)"),
    _("the decoding process does not answer; the drive may be stuck"),
    _("the decoding process ended unexpectedly (exit code %(code)s)"),
    _("stopped: the decoder made no progress for %(time)s seconds"),
    _("stopped: reading it took more than %(time)s seconds"),
    _("%(count)s decoders were lost over it, the rest was not read"),
    _("reading stopped inside it: %(why)s"),
    _("reading stopped inside it, at %(name)s: %(why)s"),
    _("nothing is to be seen or heard of it from there on"),
    _("nothing is to be seen in it: it is sound alone"),
    _("nothing is to be heard in it: it has no sound track"),
    _("it has no sound track"),
    _("it could not be encoded"),
    _("the decoding process gave no result"),
    _("the decoder was led to send nonsense by it"),
    _("it cannot be read"),
    _("it cannot be read from the drive (%(error)s)"),
    _("it cannot be opened (%(error)s)"),
    _("it cannot be looked at (%(error)s)"),
    _("its %(name)s could not be kept (%(why)s)"),
    _("what arrived is not what was announced: it changed while it was uploaded. Upload it again"),
    _("names its camera (%(camera)s)"),
    _("names its camera (%(camera)s, taken %(time)s)"),
    _("the maker's own notes (%(bytes)s bytes)"),
    _("quantisation tables of its own (%(tables)s)"),
    _("size and thumbnail as EXIF says"),
    _("size as EXIF says"),
    _("named as cameras do (%(name)s)"),
)
