"""The fields of a config that say what is trained on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from workbench.configs.method_settings import Strict
from workbench.configs.setting import setting


class DataSettings(Strict):
    """The rows, and how samples are made of them."""

    data_path: str | list[str] = setting(
        group="data",
        en="The training data: a file, a folder, several of them, or a Hugging Face dataset name.",
        zh="训练数据：文件、目录、它们的列表，或 Hugging Face 数据集名称。",
    )
    dataset_format: str = setting(
        "auto",
        group="data",
        en="How rows are laid out; auto looks at the first rows and says what it found. Commas part one for each path.",
        zh="数据行的格式；auto 会查看前几行并说明判断结果。用逗号分隔时与各路径一一对应。",
    )
    dataset_columns: dict[str, str] = setting(
        {},
        group="data",
        advanced=True,
        en="Your own columns by ours, e.g. user: question and assistant: answer; instead of dataset_format.",
        zh="自定义列名映射，例如 user: question、assistant: answer；代替 dataset_format。",
    )
    bad_rows: Literal["stop", "leave_out"] = setting(
        "stop",
        group="data",
        advanced=True,
        en="At a row that is not of its format: stop and name it, or leave it out and count it.",
        zh="遇到不符合格式的数据行时：stop 停止并指出位置，leave_out 跳过并计数。",
    )
    max_length: int = setting(
        2048,
        ge=8,
        unit="tokens",
        group="data",
        en="The most tokens of one sample, a picture counting as one; longer ones are cut and counted.",
        zh="单个样本的最多 token 数，每张图像按一个计；超出部分会被截断并计数。",
    )
    pack_to_max_length: bool = setting(
        True,
        group="data",
        en="Join short samples up to max_length to use the hardware fully; samples with pictures are never joined.",
        zh="把短样本拼接到 max_length，以充分利用硬件；带图像的样本从不拼接。",
    )
    pack: Literal["best_fit", "concat"] = setting(
        "best_fit",
        group="data",
        advanced=True,
        en="best_fit keeps samples whole; concat joins everything and cuts it every max_length tokens.",
        zh="best_fit 保持样本完整；concat 全部连接后每 max_length 个 token 切一刀。",
    )
    use_varlen_attn: bool | Literal["auto"] = setting(
        "auto",
        group="data",
        advanced=True,
        en="Samples joined in one pack do not see each other; auto does so with best_fit.",
        zh="同一拼接包内的样本互不可见；auto 在 best_fit 时启用。",
    )
    shuffle_before_pack: bool = setting(
        True, group="data", advanced=True, en="Shuffle samples before they are joined.", zh="拼接前先打乱样本。"
    )
    max_dataset_length: int | None = setting(
        None,
        ge=1,
        unit="rows",
        group="data",
        advanced=True,
        en="Use only so many rows, drawn at random by seed.",
        zh="只使用这么多行，按种子随机抽取。",
    )
    eval_ratio: float = setting(
        0.0,
        ge=0,
        lt=1,
        group="data",
        en="Share of the samples kept out of training, whose loss is the validation curve; 0 is none.",
        zh="不参与训练、用于验证损失曲线的样本比例；0 表示不划分。",
    )
    eval_data_path: str | list[str] | None = setting(
        None,
        group="data",
        advanced=True,
        en="Data of its own for the validation curve, in the format of data_path; instead of eval_ratio.",
        zh="单独的验证数据，格式与 data_path 相同；代替 eval_ratio。",
    )
    dataloader_num_workers: int = setting(
        0, ge=0, le=64, group="data", advanced=True, en="Extra processes that load data.", zh="加载数据的额外进程数。"
    )

    @property
    def data_paths(self) -> list[str]:
        """The data paths, also if there is but one."""
        return [self.data_path] if isinstance(self.data_path, str) else self.data_path

    @property
    def dataset_formats(self) -> list[str]:
        """The format of each data path."""
        return one_for_each(self.dataset_format, self.data_paths)


def one_for_each(text: str, paths: Sequence[str]) -> list[str]:
    """What commas part in a text, one for each data path; the same for all if it is but one."""
    values = [value.strip() for value in text.split(",")]
    return values * len(paths) if len(values) == 1 else values
