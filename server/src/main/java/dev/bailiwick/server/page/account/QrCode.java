package dev.bailiwick.server.page.account;

import io.nayuki.qrcodegen.QrCode.Ecc;

/**
 * A QR code as the path of an SVG image: inline, as pages load nothing from elsewhere, and the key in it must not get into a log.
 *
 * @param size the width and height of the image in modules, with the quiet zone around it
 * @param path the dark modules
 */
record QrCode(int size, String path) {

    /** The quiet zone that ISO/IEC 18004 asks for, in modules. */
    private static final int BORDER = 4;

    static QrCode of(String text) {
        var code = io.nayuki.qrcodegen.QrCode.encodeText(text, Ecc.MEDIUM);
        StringBuilder path = new StringBuilder();
        for (int y = 0; y < code.size; y++) {
            for (int x = 0; x < code.size; x++) {
                if (code.getModule(x, y)) {
                    path.append('M')
                            .append(x + BORDER)
                            .append(',')
                            .append(y + BORDER)
                            .append("h1v1h-1z");
                }
            }
        }
        return new QrCode(code.size + 2 * BORDER, path.toString());
    }

    /** Returns the attribute {@code viewBox}. */
    public String viewBox() {
        return "0 0 " + size + " " + size;
    }
}
