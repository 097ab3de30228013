"""Looking at this machine: what workbench needs, whether it is there, and the mend if it is not."""
