"""What families of message-passing networks share: plans of operators, their float and quantised forms."""
