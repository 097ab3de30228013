"""A repository on the Hugging Face hub: its files and their checksums, and their places in the library's cache."""

from __future__ import annotations

import glob
from pathlib import Path

from workbench.hub.choose import RemoteFile
from workbench.hub.fetch import Repository, Wanted


def open_repository(name: str, kind: str, endpoint: str, revision: str | None, token: str | bool) -> Repository:
    """The repository in the state that a branch, tag or commit has now (the hub's default branch if it is None).

    Raises:
        Exception: what the hub's library raises.
    """
    from huggingface_hub import HfApi

    info = HfApi(endpoint=endpoint, token=token).repo_info(name, repo_type=kind, revision=revision, timeout=20)
    assert info.sha is not None
    return Repository(name, kind, endpoint, info.sha, token)


def files_of(repository: Repository) -> list[RemoteFile]:
    """All its files."""
    from huggingface_hub import HfApi
    from huggingface_hub.hf_api import RepoFile

    api = HfApi(endpoint=repository.endpoint, token=repository.token)
    entries = api.list_repo_tree(repository.name, recursive=True, revision=repository.commit, repo_type=repository.kind)
    return [
        RemoteFile(entry.path, entry.size, entry.lfs.sha256 if entry.lfs else entry.blob_id, entry.lfs is not None)
        for entry in entries
        if isinstance(entry, RepoFile)
    ]


def cache_folder(repository: Repository) -> Path:
    """Where the library keeps a repository."""
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    return Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=repository.name, repo_type=repository.kind)


def in_cache(repository: Repository, files: list[RemoteFile]) -> list[Wanted]:
    """Files with their places among the cache's contents, which are named by checksum."""
    blobs = cache_folder(repository) / "blobs"
    return [Wanted(file, blobs / file.digest, is_named_by_content=True) for file in files]


def name_in_cache(repository: Repository, files: list[RemoteFile], revision: str | None) -> Path:
    """Let the library give the contents that are in its cache their names; the folder with them.

    The listing that it keeps is removed: by it the library would call a folder without the files that were left out
    incomplete, and not give it without a network.
    """
    from huggingface_hub import snapshot_download

    folder = Path(
        snapshot_download(
            repository.name,
            repo_type=repository.kind,
            revision=revision,
            endpoint=repository.endpoint,
            token=repository.token,
            allow_patterns=[glob.escape(file.path) for file in files],
        )
    )
    (cache_folder(repository) / "trees" / f"{repository.commit}.json").unlink(missing_ok=True)
    return folder
