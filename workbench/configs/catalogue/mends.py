"""What some of XTuner's configs have wrong, and what workbench's of the same name does instead."""

from __future__ import annotations

from workbench.i18n import N_

_HF_LAYOUT = N_(
    "XTuner names meta-llama/Llama-2-7b, which is not in the layout of Hugging Face; here it is Llama-2-7b-hf."
)
_PGBOOKS = N_(
    "XTuner trains on 8 of 136 files of the dataset; here it is 400 iterations on all of it, as the name says."
)
MENDED = {
    "internlm_7b_full_intern_repo_dataset_template": N_("XTuner leaves the base model open; here it is InternLM 7B."),
    "internlm2_chat_7b_orpo_qlora_varlenattn_ultrafeedback_e5": N_(
        "XTuner loads the model of 1.8B under this name; here it is that of 7B."
    ),
    **{
        f"llama2_7b_full_alpaca_enzh_{words}": _HF_LAYOUT
        for words in ("8k_sp1", "32k_sp1", "128k_sp8", "256k_sp8", "1M_sp16")
    },
    "internlm2_7b_w_untokenized_dataset": N_("XTuner names a folder of its authors; here it is yours to name."),
    "llama2_7b_full_pgbooks_400iters_sp1": _PGBOOKS,
    "llama2_7b_full_pgbooks_400iters_sp4": _PGBOOKS,
    "llama2_70b_full_wizardlm_e1": N_("XTuner passes three times over the data; here once, as the name says."),
    "llava_llama3_70b_instruct_quant_clip_vit_large_p14_336_e1_gpu8_pretrain": N_(
        "XTuner loads the model of 8B under this name; here it is that of 70B."
    ),
    "mistral_7b_full_finetune_custom_sft_e1": N_(
        "XTuner trains an adapter on a 4-bit base under this name; here all weights, as the name says."
    ),
    "mistral_7b_w_untokenized_dataset": N_(
        "XTuner names folders of its authors; here it is the model on Hugging Face, and your data."
    ),
    "qwen1_5_moe_a2_7_b_chat_full_alpaca_e3": N_(
        "XTuner adds the Chinese Alpaca data; here it is Alpaca alone, as the name says."
    ),
    "starcoder_qlora_stack_exchange_example": N_(
        "XTuner trains on one folder of the dataset; here the dataset itself is named."
    ),
}
"""By name; translated when shown."""
