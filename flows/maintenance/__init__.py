"""What a home can do without: refused rows and receipts that are old, and room that nothing is in."""
