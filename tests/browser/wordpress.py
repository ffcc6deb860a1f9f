#!/usr/bin/env python3
"""Drives a WordPress as its owner does, in a headless browser: wordpress.py URL ADDRESS PASSWORD-FILE

URL is the site's, ADDRESS the host that serves it, PASSWORD-FILE holds the password of its account "admin".
Prints a line for each thing that works; the first that does not ends the program with what the page says.
"""
import io
import pathlib
import struct
import sys
import tempfile
import urllib.parse
import zipfile
import zlib

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions as expected
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE = 60  # seconds: an emulated or loaded machine is slow, a broken page never comes


def start_browser(host, address, profile):
    """A browser that knows one host and asks nobody else."""
    options = webdriver.ChromeOptions()
    for flag in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", "--window-size=1300,1000",
        f"--user-data-dir={profile}", f"--host-resolver-rules=MAP {host} {address}, MAP * ~NOTFOUND",
    ):
        options.add_argument(flag)
    options.binary_location = "/usr/bin/chromium"
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


def png():
    """The smallest picture: one red point."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0"))
            + chunk(b"IEND", b""))


def archive(name, files):
    """A zip archive with one folder, as shops and authors hand them out."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as out:
        for file, text in files.items():
            out.writestr(f"{name}/{file}", text)
    return data.getvalue()


PLUGIN = archive("probe-plugin", {"probe-plugin.php": """<?php
/* Plugin Name: Probe plugin */
add_action('wp_footer', function () { echo '<p id="probe-plugin">the plugin runs</p>'; });
"""})
THEME = archive("probe-theme", {
    "style.css": "/*\nTheme Name: Probe theme\nVersion: 1\n*/",
    "index.php": "<?php wp_head(); ?><body id='probe-theme'><?php while (have_posts()) { the_post(); the_content(); }"
                 " wp_footer(); ?></body>",
})


class Owner:
    def __init__(self, browser, url, folder):
        self.browser, self.url, self.folder = browser, url, folder

    def open(self, path):
        self.browser.get(self.url + path)

    def find(self, selector):
        return WebDriverWait(self.browser, PATIENCE).until(
            expected.presence_of_element_located((By.CSS_SELECTOR, selector)), selector)

    def click(self, selector):
        """By the page's own script: what lies over a button does not matter here."""
        self.browser.execute_script("arguments[0].click()", self.find(selector))

    def says(self, text):
        WebDriverWait(self.browser, PATIENCE).until(lambda browser: text in browser.page_source, text)

    def upload(self, selector, name, data):
        path = pathlib.Path(self.folder, name)
        path.write_bytes(data)
        self.find(selector).send_keys(str(path))

    def logs_in(self, password):
        self.open("/wp-login.php")
        self.find("#user_login").send_keys("admin")
        self.find("#user_pass").send_keys(password)
        self.click("#wp-submit")
        self.find("#wpadminbar")

    def sets_permalinks(self):
        self.open("/wp-admin/options-permalink.php")
        self.click("input[name=selection][value='/%postname%/']")
        self.click("#submit")
        self.find("#setting-error-settings_updated")

    def uploads_a_picture(self):
        self.open("/wp-admin/media-new.php?browser-uploader")
        self.upload("#async-upload", "red-point.png", png())
        self.click("#html-upload")
        self.says("red-point")
        self.open("/wp-json/wp/v2/media?search=red-point")
        self.says("red-point.png")

    def publishes_a_post(self):
        """With the page's own editor, which talks to the REST interface."""
        self.open("/wp-admin/post-new.php")
        self.find(".block-editor, .edit-post-layout, .editor-editor-interface")
        answer = self.browser.execute_async_script("""
            const done = arguments[0];
            (async () => {
                const media = await wp.apiFetch({path: '/wp/v2/media?search=red-point'});
                const picture = '<!-- wp:image --><figure class="wp-block-image"><img src="' + media[0].source_url +
                    '" alt="a red point"/></figure><!-- /wp:image -->';
                const editor = wp.data.dispatch('core/editor');
                editor.editPost({title: 'A post by its owner', content: picture, status: 'publish'});
                await editor.savePost();
                return wp.data.select('core/editor').getPermalink();
            })().then(done, (error) => done('error: ' + (error.message || error)));""")
        assert answer and answer.startswith(self.url), answer
        path = urllib.parse.urlparse(answer).path
        assert path == "/a-post-by-its-owner/", answer
        self.open(path)
        picture = self.find("img[alt='a red point']")
        WebDriverWait(self.browser, PATIENCE).until(
            lambda browser: browser.execute_script("return arguments[0].naturalWidth", picture) == 1, "the picture")

    def reads_rest(self):
        self.open("/wp-json/wp/v2/posts?search=owner")
        self.says("a-post-by-its-owner")

    def installs_a_plugin(self):
        self.open("/wp-admin/plugin-install.php?tab=upload")
        self.upload("input[name=pluginzip]", "probe-plugin.zip", PLUGIN)
        self.click("#install-plugin-submit")
        self.click("a[href*='action=activate']")
        self.find("#message, .notice, .updated")
        self.open("/")
        self.says("the plugin runs")

    def installs_a_theme(self):
        self.open("/wp-admin/theme-install.php?upload")
        self.upload("input[name=themezip]", "probe-theme.zip", THEME)
        self.click("#install-theme-submit")
        self.click("a[href*='action=activate'][href*='probe-theme']")
        self.find("#message, .notice, .updated")
        self.open("/a-post-by-its-owner/")
        self.find("#probe-theme")

    def sees_good_health(self):
        """Waits for the tests that the page itself runs. Nobody at wordpress.org answers here, and there is no TLS."""
        self.open("/wp-admin/site-health.php")
        WebDriverWait(self.browser, PATIENCE * 3).until(
            lambda browser: not browser.find_elements(By.CSS_SELECTOR, ".site-health-progress-wrapper.loading"), "tests")
        critical = [e.get_attribute("textContent").strip() for e in self.browser.find_elements(
            By.CSS_SELECTOR, "#health-check-issues-critical .health-check-accordion-trigger .title")]
        unknown = [title for title in critical if not any(
            word in title for word in ("WordPress.org", "Background updates", "background updates", "HTTPS"))]
        assert not unknown, f"critical issues: {unknown}"

    def asks_for_a_password(self):
        self.browser.delete_all_cookies()
        self.open("/wp-login.php?action=lostpassword")
        self.find("#lostpasswordform #user_login")


def main():
    url, address, password_file = sys.argv[1:]
    password = pathlib.Path(password_file).read_text().strip()
    with tempfile.TemporaryDirectory() as folder:
        browser = start_browser(urllib.parse.urlparse(url).hostname, address, folder + "/profile")
        browser.set_script_timeout(PATIENCE)
        owner = Owner(browser, url, folder)
        steps = [("log in", lambda: owner.logs_in(password)), ("permalinks", owner.sets_permalinks),
                 ("picture", owner.uploads_a_picture), ("post", owner.publishes_a_post), ("REST", owner.reads_rest),
                 ("plugin", owner.installs_a_plugin), ("theme", owner.installs_a_theme),
                 ("Site Health", owner.sees_good_health), ("lost password", owner.asks_for_a_password)]
        try:
            for name, step in steps:
                step()
                print(f"{name}: works", flush=True)
        except Exception as error:  # whatever it is, the page says more than the exception
            text = browser.find_element(By.TAG_NAME, "body").text[:1500]
            sys.exit(f"{name}: {error!r}\nat {browser.current_url}:\n{text}")
        finally:
            browser.quit()


main()
