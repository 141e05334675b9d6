"""A small Python tool with the work of the one whose format VCM reads, to compare speeds.

It reads the same file, store and targets: looks at each certificate, issues what is due one by one,
deploys what differs with owner and mode. It checks less than VCM and syncs no file.
Usage: python_peer.py vcm.yaml
"""

import datetime
import ipaddress
import json
import os
import pwd
import sys
import urllib.request

import yaml
from cryptography import x509

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
PARTS = {"cert": "cert.pem", "privkey": "privkey.pem"}


def duration(text):
    return datetime.timedelta(seconds=int(text[:-1]) * SECONDS[text[-1]])


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def write(path, content, mode, uid=-1):
    temporary = path + ".tmp"
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        os.fchmod(file.fileno(), mode)
        os.fchown(file.fileno(), uid, -1)
    os.replace(temporary, path)


def is_due(entry, stored):
    if stored is None:
        return True
    certificate = x509.load_pem_x509_certificate(stored)
    now = datetime.datetime.now(datetime.timezone.utc)
    if certificate.not_valid_after_utc - duration(entry["renew"]) < now:
        return True
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    dns = {entry["name"], *entry["dns_sans"]}
    ips = {ipaddress.ip_address(ip) for ip in entry["ip_sans"]}
    return set(names.get_values_for_type(x509.DNSName)) != dns or set(
        names.get_values_for_type(x509.IPAddress)
    ) != ips


def issue(entry, config, token, directory):
    body = {
        "common_name": entry["name"],
        "alt_names": ",".join(entry["dns_sans"]),
        "ip_sans": ",".join(entry["ip_sans"]),
        "ttl": entry["ttl"],
    }
    request = urllib.request.Request(
        f"{config['vault']}/v1/{config['pki']}/issue/{config['role']}",
        json.dumps(body).encode(),
        {"X-Vault-Token": token, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        data = json.load(response)["data"]
    chain = "\n".join(data.get("ca_chain") or [data["issuing_ca"]])
    os.makedirs(directory, 0o700, exist_ok=True)
    for name, text in {
        "cert": data["certificate"],
        "chain": chain,
        "fullchain": f"{data['certificate']}\n{chain}",
        "privkey": data["private_key"],
    }.items():
        write(f"{directory}/{name}.pem", f"{text}\n".encode(), 0o600)


def deploy(target, directory):
    part = target.get("source", "cert")
    path = target.get("dest") or target["cert"]
    owner = target["owner"]
    uid = int(owner) if owner.isdigit() else pwd.getpwnam(owner).pw_uid
    mode = int(target["mode"], 8)
    content = read(f"{directory}/{PARTS[part]}")
    if read(path) == content:
        status = os.stat(path)
        if status.st_uid == uid and status.st_mode & 0o7777 == mode:
            return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    write(path, content, mode, uid)


def main(path):
    with open(path) as file:
        document = yaml.load(file, yaml.CSafeLoader)
    config = document["config"]
    token = read(config["token_file"]).decode().strip()
    for entry in document["certs"]:
        directory = f"{config['cert_store']}/{entry['name']}"
        if is_due(entry, read(f"{directory}/cert.pem")):
            issue(entry, config, token, directory)
        for target in entry["deploy"]:
            deploy(target, directory)


main(sys.argv[1])
