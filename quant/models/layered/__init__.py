"""What Deep Sets, interaction networks and JEDI-linear share: layers on the numbers of the input form."""
