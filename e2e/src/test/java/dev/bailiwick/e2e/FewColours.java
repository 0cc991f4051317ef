package dev.bailiwick.e2e;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Reduces the picture of a page to 96 colours: it looks the same, and has a third of the bytes. */
final class FewColours {

    private static final int MAX = 96;

    /** Nobody sees a smaller {@link #distance}. */
    private static final int SEEN = 60;

    private FewColours() {}

    /** @param png of any size and kind */
    static byte[] of(byte[] png) throws IOException {
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(png));
        List<Integer> kept = mostOf(picture);
        byte[][] parts = new byte[3][kept.size()];
        for (int i = 0; i < kept.size(); i++) {
            for (int part = 0; part < parts.length; part++) {
                parts[part][i] = (byte) (kept.get(i) >> 8 * (2 - part));
            }
        }
        BufferedImage indexed = new BufferedImage(
                picture.getWidth(),
                picture.getHeight(),
                BufferedImage.TYPE_BYTE_INDEXED,
                new IndexColorModel(8, kept.size(), parts[0], parts[1], parts[2]));
        Map<Integer, Integer> nearest = new HashMap<>();
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                int index = nearest.computeIfAbsent(picture.getRGB(x, y), colour -> nearest(colour, kept));
                indexed.getRaster().setSample(x, y, 0, index);
            }
        }
        return written(indexed);
    }

    /** Writes the picture with maximum compression; by default ImageIO prefers speed. */
    private static byte[] written(BufferedImage picture) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        ImageWriteParam smallest = writer.getDefaultWriteParam();
        smallest.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        smallest.setCompressionQuality(0);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream output = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(output);
            writer.write(null, new IIOImage(picture, null, null), smallest);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static List<Integer> mostOf(BufferedImage picture) {
        Map<Integer, Integer> counts = new HashMap<>();
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                counts.merge(picture.getRGB(x, y), 1, Integer::sum);
            }
        }
        List<Integer> kept = new ArrayList<>();
        counts.entrySet().stream()
                .sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed())
                .map(Map.Entry::getKey)
                // Otherwise the many greys on the edges of letters would leave no room for a rare red.
                .filter(colour -> kept.stream().allMatch(other -> distance(colour, other) >= SEEN))
                .takeWhile(_ -> kept.size() < MAX)
                .forEachOrdered(kept::add);
        return kept;
    }

    private static int nearest(int colour, List<Integer> kept) {
        int best = 0;
        for (int i = 1; i < kept.size(); i++) {
            if (distance(colour, kept.get(i)) < distance(colour, kept.get(best))) {
                best = i;
            }
        }
        return best;
    }

    private static int distance(int one, int other) {
        int sum = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            int difference = (one >> shift & 0xff) - (other >> shift & 0xff);
            sum += difference * difference;
        }
        return sum;
    }
}
