"""All that would stop a training at its start, found without loading a weight: every finding at once, in seconds."""

from __future__ import annotations

import os

from workbench.actions.data_preflight import data_findings
from workbench.actions.devices import device_wish
from workbench.actions.evaluation_preflight import check_question_file
from workbench.actions.findings import Findings
from workbench.actions.launch_training import require_launcher
from workbench.actions.model_preflight import model_findings
from workbench.actions.run_preflight import (
    check_deepspeed,
    check_hardware,
    check_processes,
    check_work_dir,
    is_run_here,
)
from workbench.actions.to_fetch import check_offline
from workbench.actions.vision_preflight import check_vision
from workbench.configs.cluster_environment import settled
from workbench.configs.evaluation_rules import question_files, validation_config
from workbench.configs.own_code import require_no_own_code
from workbench.configs.schema import TrainConfig
from workbench.configs.sinks import require_sinks


def findings(config: TrainConfig) -> Findings:
    """Everything that would stop a training at its start, as far as names, settings, headers and first rows tell."""
    found = Findings()
    if (known := found.of(settled, config, os.environ)) is not None:
        config = known
        for about_machines in (require_launcher, check_processes, check_hardware):
            found.of(about_machines, config)
    for check in (check_deepspeed, check_work_dir, device_wish, require_no_own_code):
        found.of(check, config)
    if is_run_here(config):
        check_offline(config, found)
    model_findings(config, found)
    data_findings(config, found)
    if (own_data := validation_config(config)) is not None:
        data_findings(own_data, found)
    found.of(check_vision, config)
    for score, file in question_files(config).items():
        found.of(check_question_file, score, file, sees=config.sees)
    found.of(require_sinks, config.report_to)
    return found


def preflight(config: TrainConfig) -> None:
    """
    Raises:
        WorkbenchError: the first of the `findings`.
    """
    findings(config).raise_first()
