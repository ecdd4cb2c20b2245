"""Flags that Ansible's users know, under Ansible's names, wherever machines are reached."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

if TYPE_CHECKING:
    from planner.session import Options

_PANEL = "As with ansible-playbook"


def _flag(*names: str, help: str | None = None) -> Any:
    return typer.Option(*names, help=help, rich_help_panel=_PANEL, show_default=False)


def _options(
    inventory: Annotated[
        list[str] | None,
        _flag(
            "-i",
            "--inventory",
            help="Inventory file, folder, script or hosts with a comma; may be repeated. Default: "
            "as ansible.cfg or ANSIBLE_INVENTORY says.",
        ),
    ] = None,
    limit: Annotated[str, _flag("-l", "--limit", help="Hosts or groups, as a pattern.")] = "",
    forks: Annotated[int, _flag("-f", "--forks", help="Machines at the same time.")] = 0,
    user: Annotated[str, _flag("-u", "--user", help="Remote login.")] = "",
    become: Annotated[bool, _flag("-b", "--become", help="Become root.")] = False,
    become_method: Annotated[str, _flag("--become-method", help="sudo, su, ...")] = "",
    become_user: Annotated[str, _flag("--become-user")] = "",
    ask_pass: Annotated[bool, _flag("-k", "--ask-pass", help="Ask for the login's password.")] = (
        False
    ),
    ask_become_pass: Annotated[
        bool, _flag("-K", "--ask-become-pass", help="Ask for the become password.")
    ] = False,
    ask_vault_pass: Annotated[
        bool, _flag("-J", "--ask-vault-pass", help="Ask for the vault's password.")
    ] = False,
    extra_vars: Annotated[
        list[str] | None, _flag("-e", "--extra-vars", help="key=value or @file.")
    ] = None,
    vault_password_file: Annotated[list[str] | None, _flag("--vault-password-file")] = None,
    vault_id: Annotated[list[str] | None, _flag("--vault-id")] = None,
    private_key: Annotated[str, _flag("--private-key")] = "",
    connection: Annotated[str, _flag("-c", "--connection")] = "",
    ssh_common_args: Annotated[str, _flag("--ssh-common-args")] = "",
    ssh_extra_args: Annotated[str, _flag("--ssh-extra-args")] = "",
    timeout: Annotated[int, _flag("-T", "--timeout", help="Seconds for a connection.")] = 0,
) -> Options:
    """Passwords are asked for here, on the terminal."""
    from planner.session import Options

    def asked(wanted: bool, prompt: str) -> str | None:
        return str(typer.prompt(prompt, hide_input=True, err=True)) if wanted else None

    return Options(
        inventory=tuple(inventory or ()),
        limit=limit,
        forks=forks,
        user=user,
        become=become,
        become_method=become_method,
        become_user=become_user,
        extra_vars=tuple(extra_vars or ()),
        vault_password_file=tuple(vault_password_file or ()),
        vault_id=tuple(vault_id or ()),
        private_key=private_key,
        connection=connection,
        ssh_common_args=ssh_common_args,
        ssh_extra_args=ssh_extra_args,
        timeout=timeout,
        password=asked(ask_pass, "SSH password"),
        become_password=asked(ask_become_pass, "BECOME password"),
        vault_password=asked(ask_vault_pass, "Vault password"),
    )


def with_ansible_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give *command* Ansible's flags; it receives them as its first argument, ``ansible``.

    Typer reads the signature, so the flags stand in it as if they had been written there.
    """
    flags = _parameters(_options)
    own = _parameters(command)
    own.pop("ansible")

    @functools.wraps(command)
    def wrapper(**given: Any) -> None:
        command(_options(**{name: given.pop(name) for name in flags}), **given)

    parameters = list({**own, **flags}.values())
    wrapper.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    wrapper.__annotations__ = {p.name: p.annotation for p in parameters}
    return wrapper


def _parameters(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    # Options is imported for the type checker only: importing it takes Ansible's runner along.
    hints = get_type_hints(function, localns={"Options": object}, include_extras=True)
    return {
        name: parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in inspect.signature(function).parameters.items()
    }
