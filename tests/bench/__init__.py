"""How fast and how small workbench is: ``make bench`` measures it, ``python -m tests.bench --help`` tells how."""
