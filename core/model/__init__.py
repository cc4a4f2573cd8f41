"""What a trained model is: its record, which its weights file carries, and the records of earlier versions."""
