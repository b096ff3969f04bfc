"""What moto lacks of Step Functions."""
