"""Requests to the service and to Patroni, as their clients send them: through no proxy."""

import http.client


class Client:
    """One connection to one server, opened again when it is lost."""

    def __init__(self, port, host="127.0.0.1", seconds=15):
        self.port = port
        self.host = host
        self.seconds = seconds
        self.connection = None

    def exchange(self, method, path, body=None, headers=None):
        """The status, body and fields of an answer; without one, 0, the reason and no fields."""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection(
                    self.host, self.port, timeout=self.seconds)
            self.connection.request(method, path, body, headers or {})
            answer = self.connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return 0, str(error), {}

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def get(port, path, host="127.0.0.1"):
    """The status and body of one answer; 0 and the reason when there is none within 2 s."""
    client = Client(port, host, seconds=2)
    try:
        return client.exchange("GET", path)[:2]
    finally:
        client.close()
