"""`hl7capture interfaces`"""

import json
import sys
from pathlib import Path

import click

from hl7capture.cli import options
from hl7capture.cli.output import add_row, fail, show_table, table
from hl7capture.model.source import SourceError
from hl7capture.sources import interface_list


@click.command
@click.option("--json", "as_json", is_flag=True, help="One interface per line, as JSON.")
@options.output_folder
def interfaces(as_json: bool, output_folder: Path | None) -> None:
    """Lists the interfaces one can listen on."""
    try:
        found = interface_list.interfaces()
    except SourceError as error:
        fail(str(error))
    if as_json:
        for interface in found:
            sys.stdout.write(
                json.dumps(
                    {
                        "name": interface.name,
                        "description": interface.description,
                        "addresses": interface.addresses,
                        "isUp": interface.is_up,
                        "isLoopback": interface.is_loopback,
                    }
                )
                + "\n"
            )
        return
    listed = table("Interface", "State", "Addresses", "Description")
    for interface in found:
        state = "up" if interface.is_up else "down"
        add_row(listed, interface.name, state, ", ".join(interface.addresses), interface.description)
    show_table(listed)
