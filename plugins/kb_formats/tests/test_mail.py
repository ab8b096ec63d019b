"""Mail as Japanese programs of thirty years have written it."""

import base64
from email.message import EmailMessage

import pytest

HEAD = "From: jimu@example.org\r\nTo: csw@example.org\r\nMIME-Version: 1.0\r\nSubject: {}\r\n"


def encoded_word(text, charset, name):
    return f"=?{name}?B?{base64.b64encode(text.encode(charset)).decode()}?="


def mail(subject="会議", headers="", body="本文です。", charset="utf-8") -> bytes:
    return (HEAD.format(subject) + headers + "\r\n" + body).encode(charset)


def parts(*inner, kind="mixed") -> bytes:
    return mail(
        headers=f"Content-Type: multipart/{kind}; boundary=b\r\n",
        body="".join(f"--b\r\n{part}\r\n" for part in inner) + "--b--\r\n",
    )


PLAIN = "Content-Type: text/plain; charset=utf-8\r\n\r\n"
HTML = "Content-Type: text/html; charset=utf-8\r\n\r\n"


def body(extraction):
    return [block.text for block in extraction.blocks if block.kind not in {"field", "heading"} and block.text]


def fields(extraction):
    return [block.text for block in extraction.blocks if block.kind == "field"]


@pytest.mark.parametrize(
    "subject",
    [
        encoded_word("連絡会の日程", "iso2022_jp", "ISO-2022-JP"),
        encoded_word("連絡会の日程", "utf-8", "UTF-8"),
        encoded_word("連絡会の日程", "cp932", "Shift_JIS"),
        encoded_word("連絡会の日程", "cp932", "ISO-2022-JP"),  # some programs lie
        encoded_word("連絡会", "utf-8", "utf-8") + "\r\n " + encoded_word("の日程", "utf-8", "utf-8"),
        "=?utf-8?Q?" + "".join(f"={byte:02X}" for byte in "連絡会の日程".encode()) + "?=",
    ],
)
def test_encoded_subjects(read, subject):
    assert read(mail(subject)).metadata["title"] == "連絡会の日程"


@pytest.mark.parametrize("charset", ["cp932", "utf-8", "iso2022_jp"])
def test_bare_subjects(read, charset):
    assert read(mail("連絡会の日程", charset=charset)).metadata["title"] == "連絡会の日程"


def test_circled_numbers_of_mail_programs(read):
    subject = "=?ISO-2022-JP?B?" + base64.b64encode(b"\x1b$B-!2s\x1b(B").decode() + "?="
    data = mail(subject, "Content-Type: text/plain; charset=ISO-2022-JP\r\n", "") + b"\x1b$B-!2q5DO?\x1b(B"
    extraction = read(data)
    assert extraction.metadata["title"] == "①回"
    assert body(extraction) == ["①会議録"]


@pytest.mark.parametrize("declared", ["us-ascii", "iso-8859-1", "utf-8", "x-unknown", "Shift_JIS"])
def test_bodies_that_say_the_wrong_encoding(read, declared):
    text = "ひきこもりの方を訪ねました。"
    data = mail("x", f"Content-Type: text/plain; charset={declared}\r\n", "") + text.encode("cp932")
    assert body(read(data)) == [text]


def test_an_empty_plain_text_gives_way_to_the_page(read):
    assert body(read(parts(PLAIN + " ", HTML + "<p>ページの本文です。</p>", kind="alternative"))) == [
        "ページの本文です。"
    ]


def test_plain_text_comes_before_the_page(read):
    assert body(read(parts(HTML + "<p>頁</p>", PLAIN + "文", kind="alternative"))) == ["文"]


def test_texts_between_pictures_all_come(read):
    picture = "Content-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBO"
    assert body(read(parts(PLAIN + "一つ目です。", picture, PLAIN + "二つ目です。"))) == [
        "一つ目です。",
        "二つ目です。",
    ]


@pytest.mark.parametrize(
    "disposition",
    [
        f'attachment; filename="{encoded_word("会議録", "iso2022_jp", "ISO-2022-JP")}.pdf"',
        "attachment; filename*=utf-8''%E4%BC%9A%E8%AD%B0%E9%8C%B2.pdf",
        "attachment; filename*0*=utf-8''%E4%BC%9A; filename*1*=%E8%AD%B0%E9%8C%B2.pdf",
        'attachment; filename="会議録.pdf"',
        "attachment; filename=会議録.pdf",
    ],
)
@pytest.mark.parametrize("charset", ["utf-8", "cp932"])
def test_names_of_attachments(read, disposition, charset):
    attachment = f"Content-Type: application/pdf\r\nContent-Disposition: {disposition}\r\n\r\nx"
    data = parts("Content-Type: text/plain\r\n\r\nhello", attachment).decode().encode(charset)
    assert fields(read(data))[-1] == "添付：会議録.pdf"


def test_a_forwarded_mail_is_named_by_its_subject(read):
    inner, outer = EmailMessage(), EmailMessage()
    inner["Subject"], inner["From"] = "元の件名", "a@example.org"
    inner.set_content("元の本文です。")
    outer["Subject"], outer["From"] = "転送します", "b@example.org"
    outer.set_content("ご覧ください。")
    outer.add_attachment(inner)
    extraction = read(outer.as_bytes())
    assert body(extraction) == ["ご覧ください。"]
    assert "添付：元の件名" in fields(extraction)


def test_lines_that_flow_are_put_together(read):
    data = mail(
        headers="Content-Type: text/plain; charset=utf-8; format=flowed\r\n",
        body="ひきこもりの \r\n方を訪ねました。\r\n次の行です。\r\n",
    )
    assert body(read(data)) == ["ひきこもりの方を訪ねました。", "次の行です。"]


@pytest.mark.parametrize("sender", ["<Saved by Windows Internet Explorer 8>", "<Saved by Blink>"])
def test_a_page_saved_in_one_file(read, sender):
    head = f'From: {sender}\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary=b\r\n\r\n'
    page = "--b\r\nContent-Type: text/html\r\nContent-Location: http://example.org/\r\n\r\n<h1>見守り</h1><p>ひきこもりの方を訪ねました。</p>\r\n--b--\r\n"
    extraction = read((head + page).encode("cp932"), "だより.mht")
    assert body(extraction) == ["ひきこもりの方を訪ねました。"]
    assert "author" not in extraction.metadata


def test_a_saved_page_without_a_subject_is_no_plain_text(read):
    data = parts(HTML + "<p>本文です。</p>", kind="related").split(b"\r\n", 4)
    rest = b"MIME-Version: 1.0\r\n" + data[4]
    assert body(read(rest)) == ["本文です。"]


@pytest.mark.parametrize("kind", ["application/pkcs7-mime", "application/ms-tnef", "image/png"])
def test_a_mail_without_text_says_so(read, kind):
    assert "本文がありません" in read(mail(headers=f"Content-Type: {kind}\r\n")).warnings[0]


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + PLAIN.rstrip("\r\n") + "\r\n",
        "Content-Transfer-Encoding: x-uuencode\r\n",
        'Content-Type: text/plain; charset="\x01bad"\r\n',
        "Date: いつか\r\n",
        "Subject: もう一つ\r\n",
    ],
)
def test_mail_that_breaks_the_rules_is_read_all_the_same(read, headers):
    assert body(read(mail(headers=headers))) == ["本文です。"]


def test_nesting_without_end_is_refused(refused):
    assert "深すぎ" in refused(mail(headers="Content-Type: message/rfc822\r\n\r\n" * 3_000)).reason
