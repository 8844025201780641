"""What is checked of every row, set-wise: typing, rules, exact copies, and the reasons for what is refused."""
