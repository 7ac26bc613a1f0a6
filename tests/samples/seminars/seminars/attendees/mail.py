import smtplib


def send_greeting(address: str) -> None:
    with smtplib.SMTP("mail.example", timeout=10) as server:
        server.sendmail("desk@seminars.example", address, "You are in.")
