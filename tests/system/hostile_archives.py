"""Writes archives that must be refused into a directory: hostile_archives.py DIRECTORY"""
import io
import stat
import sys
import tarfile
import zipfile

directory = sys.argv[1]
GOOD = {
    "wordpress/index.php": b"<?php\n",
    "wordpress/wp-includes/version.php": b"<?php\n$wp_version = '6.1.9';\n",
}


def entry(name, **fields):
    info = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(info, field, value)
    return info


def make_tar(file, *bad):
    """A WordPress and then the bad entries: (TarInfo, content)."""
    with tarfile.open(f"{directory}/{file}.tar.gz", "w:gz") as archive:
        for name, content in GOOD.items():
            archive.addfile(entry(name, size=len(content)), io.BytesIO(content))
        for info, content in bad:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def make_zip(file, *bad):
    """The same: (name or ZipInfo, content)."""
    with zipfile.ZipFile(f"{directory}/{file}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in list(GOOD.items()) + list(bad):
            archive.writestr(name, content)


def zip_link():
    info = zipfile.ZipInfo("wordpress/link")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def make_bomb():
    """2.1 GiB of zeros in one file."""
    with zipfile.ZipFile(f"{directory}/bomb.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in GOOD.items():
            archive.writestr(name, content)
        with archive.open("wordpress/zeros", "w", force_zip64=True) as stream:
            for _ in range(2150):
                stream.write(bytes(1 << 20))


make_tar("up", (entry("wordpress/../../../etc/wpns-hostile"), b"x"))
make_tar("absolute", (entry("/etc/wpns-hostile"), b"x"))
make_tar("link", (entry("wordpress/etc", type=tarfile.SYMTYPE, linkname="/etc"), b""),
         (entry("wordpress/etc/wpns-hostile"), b"x"))
make_tar("hard-link", (entry("wordpress/passwd", type=tarfile.LNKTYPE, linkname="/etc/passwd"), b""))
make_tar("device", (entry("wordpress/null", type=tarfile.CHRTYPE, devmajor=1, devminor=3), b""))
make_tar("pipe", (entry("wordpress/pipe", type=tarfile.FIFOTYPE), b""))
make_tar("two-tops", (entry("other/index.php"), b"x"))
make_tar("twice", (entry("wordpress/index.php"), b"other"))
make_tar("control", (entry("wordpress/a\x1b[2Jb"), b"x"))
make_tar("newline", (entry("wordpress/a\n5 0 wordpress/b"), b"x"))
make_tar("many", *((entry(f"wordpress/{i}"), b"") for i in range(100_001)))
make_zip("zip-up", ("../../etc/wpns-hostile", b"x"))
make_zip("zip-absolute", ("/etc/wpns-hostile", b"x"))
make_zip("zip-link", (zip_link(), b"/etc"))
make_bomb()
with open(f"{directory}/no-archive.zip", "wb") as stream:
    stream.write(b"<html>not found</html>")
with open(f"{directory}/up.tar.gz", "rb") as whole, open(f"{directory}/cut.tar.gz", "wb") as stream:
    stream.write(whole.read()[:120])
