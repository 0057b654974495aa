from __future__ import annotations

import errno
import os
import stat

import pytest

from squiggly.errors import FileError
from squiggly.files import write_whole


def refused(path, write=lambda file: file.write(b"new")) -> str:
    with pytest.raises(FileError) as caught:
        write_whole(path, write)
    return str(caught.value)


def test_a_crash_while_writing_leaves_the_old_file_whole_and_nothing_beside_it(tmp_path):
    path = tmp_path / "fit.json"
    path.write_bytes(b"old")

    def crash(file):
        file.write(b"half of the new")
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        write_whole(path, crash)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["fit.json"]


def test_ctrl_c_while_writing_leaves_nothing_behind(tmp_path):
    def interrupted(file):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "fit.json", interrupted)
    assert os.listdir(tmp_path) == []


def test_the_old_file_is_there_until_the_new_one_is_complete(tmp_path):
    path = tmp_path / "fit.json"
    path.write_bytes(b"old")
    seen = []

    def write(file):
        file.write(b"new")
        seen.append(path.read_bytes())

    write_whole(path, write)
    assert (seen, path.read_bytes()) == ([b"old"], b"new")
    assert os.listdir(tmp_path) == ["fit.json"]


def test_a_new_file_is_as_readable_as_any_other(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    write_whole(tmp_path / "whole", lambda file: file.write(b""))
    assert (tmp_path / "whole").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_an_old_files_permissions_are_kept(tmp_path):
    path = tmp_path / "fit.json"
    path.write_bytes(b"old")
    path.chmod(0o600)
    write_whole(path, lambda file: file.write(b"new"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write_whole(tmp_path / "link", lambda file: file.write(b"new"))
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_bytes() == b"new"


def test_a_device_is_written_to_and_not_replaced():
    write_whole(os.devnull, lambda file: file.write(b"gone"))
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_a_folder_that_is_not_there_is_named_with_what_to_do(tmp_path):
    assert refused(tmp_path / "no" / "fit.json") == (
        f"cannot write {tmp_path / 'no' / 'fit.json'}: No such file or directory\n"
        "hint: make the folder first, or check its name"
    )


def test_a_folder_is_no_file(tmp_path):
    assert refused(tmp_path) == (
        f"cannot write {tmp_path}: Is a directory\nhint: give the name of a file, not of a folder"
    )


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 300])
def test_a_name_that_cannot_be_a_file_is_refused_in_words(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    message = refused(name)
    assert message.startswith("cannot write ") and "\nhint: " in message and "\0" not in message
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_one_may_not_write_to_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    try:
        assert "Permission denied\nhint: choose a folder you may write to" in refused(tmp_path / "fit.json")
    finally:
        tmp_path.chmod(0o700)


def test_a_file_that_may_not_be_written_is_told_with_what_to_do(tmp_path):
    def forbidden(file):
        raise PermissionError(errno.EACCES, "Permission denied")

    path = tmp_path / "fit.json"
    assert refused(path, forbidden) == f"cannot write {path}: Permission denied\nhint: choose a folder you may write to"


def test_a_full_disk_is_told_and_leaves_the_old_file_whole(tmp_path):
    path = tmp_path / "fit.json"
    path.write_bytes(b"old")

    def full(file):
        raise OSError(errno.ENOSPC, "No space left on device")

    assert (
        refused(path, full) == f"cannot write {path}: No space left on device\nhint: make room, or choose another disk"
    )
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["fit.json"]
