// Whether the page is as narrow as a telephone.
import { useEffect, useState } from 'preact/hooks';

const query = matchMedia('(max-width: 640px)');

export function useIsNarrow(): boolean {
  const [isNarrow, setIsNarrow] = useState(query.matches);
  useEffect(() => {
    const update = () => setIsNarrow(query.matches);
    query.addEventListener('change', update);
    return () => query.removeEventListener('change', update);
  }, []);
  return isNarrow;
}
